-- Violet is an exercise's, whatever the station: who had chosen it gets the nearest that is left.
UPDATE station SET accent = 'plum' WHERE accent = 'violet';
