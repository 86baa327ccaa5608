ALTER TABLE event ADD COLUMN topic_labels TEXT;   -- what its topic was called at release, by language, as JSON; null: as the catalogue has it
