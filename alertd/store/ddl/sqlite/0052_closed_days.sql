ALTER TABLE station ADD COLUMN closed TEXT NOT NULL DEFAULT '';   -- its own days without messages, first/last a line: 2026-12-24/2027-01-02
