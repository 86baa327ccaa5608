-- Which streets nobody is covered in was found once, when the preview was made: as JSON; null where there is no address list.
ALTER TABLE preview ADD COLUMN coverage TEXT;
