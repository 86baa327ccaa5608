"""From a message to receipts: fan-out, dispatch, rendering, retry, recovery, and the books.

Loops meet only in the store; a bell wakes them, polling is the truth. In the order of a message's life:

    fan_out    deliveries to the people of the audience, in slices with a durable cursor
    fairness   how stations that wait at one sender share its next slice
    dispatch   a sender's workers: claim -> render -> gateway -> record
    tend       waiting rows come due, what is over is settled, what a dead node held is recovered
    tallies    the books, changed in every transaction that changes a delivery
"""
