"""Which fields and words the answers of BMW's older families have, family by family."""

from tools.families.app_facts import APP_CARS
from tools.families.app_service_facts import APP_SERVICES
from tools.families.app_v1_facts import FIRST_LIST
from tools.families.iremote_facts import IREMOTE
from tools.families.portal_facts import CONNECTEDDRIVE

MYBMW = (*APP_CARS, FIRST_LIST, *APP_SERVICES)
FACTS = (*IREMOTE, *CONNECTEDDRIVE, *MYBMW)
