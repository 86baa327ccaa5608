ALTER TABLE schedule ADD COLUMN refused_by TEXT;      -- who did not agree to it; it is stopped until it is asked again. Null: nobody
ALTER TABLE schedule ADD COLUMN refused_at BIGINT;    -- when, UTC milliseconds
ALTER TABLE schedule ADD COLUMN refusal TEXT;         -- why, in their words
