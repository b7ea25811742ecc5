"""CarData's voice: what the cars report, in CarData's keys, units, spelling and rounding.

Nothing outside `emulator/cardata/` and the customer's portal, which shows CarData, knows these words.
"""
