ALTER TABLE station ADD COLUMN accent TEXT NOT NULL DEFAULT 'blue';   -- the colour at the head of its screens, by name
