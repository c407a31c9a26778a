"""The seed at which each mistake was found when it was planted, so that a run need not search for it.

Where histories have changed, `python -m tests.simulator --of money --seeds 1000 --mistake NAME` prints others.
"""

FOUND_AT = {
    "one 404 is taken as proof": 2,
    "two 404s are taken as proof": 2,
    "a form is offered while an intent is open": 60,
    "nobody takes a lease": 1,
    "limit_exceeded is not read back": 472,
    "a second number when sent again": 2,
    "settled without compare-and-set": 14,
    "a late refusal holds though it was sent again": 102,
    "a late doubt cuts short somebody else's lease": 411,
    "closed before its time": 89,
    "what is not listed is taken as not done": 2,
    "what awaits approval is sent all the same": 1,
    "whoever asked may approve": 1,
    "nobody looks at the other webhook right before one goes": 21,
    "another secret goes when it is sent again": 8,
    "what a list does not show was not created": 2,
    "a creation is taken for any webhook at its address": 3,
    "a creation is sent again by itself": 1,
    "two changes of a webhook at once": 4,
    "nobody takes a lease of a change": 55,
    "the old webhook is deleted without a quiet time or the shop's word": 6,
    "taken back without the old one": 37,
}
