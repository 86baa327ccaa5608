ALTER TABLE session ADD COLUMN lasting BIGINT NOT NULL DEFAULT 0;   -- 1: opened with more than a password, so that no idle hours end it
