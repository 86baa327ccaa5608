"""Backups of a SQLite instance: made while it runs, sealed, tried, restored. PostgreSQL's own tools make its, `settle` ends a restore.

sealing    age files, opened by the instance's secret alone
shelf      the folder, the names in it, and which are kept
parcel     what is in one: the database, its configuration, and a slip that says what it is
create     make one; before a new version changes the database, too
trial      open one in a scratch place, and see whether everything is there and fits
told       that PostgreSQL's own tools made one, as whoever keeps it says
verdict    what the last trial found, where the doctor and the watch read it
restore    put one in the database's place
settle     the same for a database that other tools restored
numbers    what was given since is not given again
replay     do again what people left since
remote     copies of them elsewhere: S3-compatible storage, SFTP
journal    who left, noted beside the backups as it happens
lines      what proves of each note that this instance wrote it
noted      what was noted, as far as it is believed
"""
