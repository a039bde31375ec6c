"""State what a match is worth: 1 for the name itself, less for every difference, and what breaks ties.

A quality is 1 minus the price of the differences, divided by the length of what was typed, minus what was not typed.
The weights were set by hand on what call-takers do (homophones from pinyin keyboards, unfinished names) and not fitted
to any set of queries; mark: own judgement, unverified.
"""

# Letters of a Chinese name: another character of the same sound (a pinyin keyboard's usual error), of a sound easily
# confused (zh/z, n/l, ang/an), a wrong character, a wrong figure of a number, one too many, two swapped.
SAME_SOUND, SIMILAR_SOUND, LETTER_WRONG, DIGIT_WRONG = 0.2, 0.3, 1.0, 1.4
EXTRA, SWAPPED = 0.9, 0.5
# A gap in the typed name ("朝医院"): its first character, each further one.
GAP_OPEN, GAP_NEXT = 0.6, 0.12
# All characters of at least so many are there in another order ("东路朝阳"), and at most so many more.
BAG_QUALITY, BAG_FROM, BAG_LONGER = 0.62, 4, 2

# Syllables of a typed name: one of which only the beginning was typed, and the last one while it is typed.
ABBREVIATED, UNFINISHED = 0.15, 0.05
# One wrong letter of a misspelled one, times its length; and that it was not spelled as it should be.
MISSPELLED, FAR = 1.25, 0.08
# Of the pairs of neighbouring letters, this share must be the same; shorter queries are spelled rightly or not at all.
SHARED_PAIRS, MISSPELLED_FROM = 0.4, 4

# A query whose best answer spells it as well as this is not misspelled: no errors are looked for.
SPELLED = 0.8

# Per syllable at the end of the name that was not typed; for beginning inside the name.
TAIL_EACH, TAIL_MAX = 0.04, 0.24
INSIDE_FIRST, INSIDE_NEXT, INSIDE_MAX = 0.06, 0.01, 0.14

# So few letters begin half of all syllables: they find names that begin with them, nothing inside.
INSIDE_FROM = 3

# What is less alike is no answer; neither is what is so far behind the best answer.
QUALITY_MIN, MISSPELLED_MIN, BEHIND = 0.5, 0.6, 0.3

# Importance (0..1) and nearness (1 at the point, half at this distance) on top of quality.
IMPORTANCE_WEIGHT = 0.05
NEAR_WEIGHT, NEAR_HALF_M = 0.15, 1_500.0
