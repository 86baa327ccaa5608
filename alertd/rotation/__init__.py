"""One secret takes another's place, while nodes run: rows are sealed and hashed anew by slices, and the old secret is forgotten.

tables     what is sealed, where, and for whom
sweep      by slices, resumable at any of them
nodes      which secrets each running node reads, and seals with
heirlooms  what outlives a secret: the keys of links that were sent, and of push subscriptions
turn       the stages, in which no reader is ever behind a writer
"""
