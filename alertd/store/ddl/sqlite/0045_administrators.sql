ALTER TABLE operator ADD COLUMN administrator INTEGER NOT NULL DEFAULT 0;   -- 1: keeps the instance, and is told what is wrong with it
