"""What is said: an event's words in a reader's language, before any channel adapts them.

words        wording, phrasing, telling, ends: composed, or written by people and translated by nobody
             spoken, tongues: as a voice says them
programs     cap, signing, feeds, calendar, geojson, markup, site, links: for the systems of others
people       board, banner, plate, plan, lettering: what anyone reads, or sees
paper        paper, posters, signup, report
files        clean, kinds: pictures and documents without what they tell of their author
"""
