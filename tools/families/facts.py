"""Which fields and words the answers of BMW's older families have, family by family."""

from tools.families.iremote_facts import IREMOTE
from tools.families.portal_facts import CONNECTEDDRIVE

FACTS = (*IREMOTE, *CONNECTEDDRIVE)
