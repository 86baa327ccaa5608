ALTER TABLE schedule ADD COLUMN asked_by TEXT;      -- who wrote what a second person has not agreed to yet; null: nobody is waited for
ALTER TABLE schedule ADD COLUMN asked_at BIGINT;   -- since when it waits, UTC milliseconds
