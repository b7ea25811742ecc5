"""All faults of the emulator, in the order in which they are listed. A new one is a row in the part that shows it."""

from bimmerhub.emulator.cardata.faults import REST_FAULTS
from bimmerhub.emulator.cardata.stream.faults import STREAM_FAULTS
from bimmerhub.emulator.cardata.stream.message_faults import MESSAGE_FAULTS
from bimmerhub.emulator.connecteddrive.faults import CONNECTEDDRIVE_FAULTS
from bimmerhub.emulator.customer_portal.faults import PORTAL_FAULTS
from bimmerhub.emulator.faults.fault import FaultTable
from bimmerhub.emulator.inventory.faults import INVENTORY_FAULTS
from bimmerhub.emulator.iremote.faults import IREMOTE_FAULTS
from bimmerhub.emulator.mybmw.faults import MYBMW_FAULTS
from bimmerhub.emulator.mygarage.faults import MYGARAGE_FAULTS
from bimmerhub.emulator.remote.faults import REMOTE_FAULTS
from bimmerhub.emulator.sign_in.faults import SIGN_IN_FAULTS

FAULTS: FaultTable = {
    fault.name: fault
    for fault in (
        *SIGN_IN_FAULTS,
        *REST_FAULTS,
        *STREAM_FAULTS,
        *MESSAGE_FAULTS,
        *PORTAL_FAULTS,
        *REMOTE_FAULTS,
        *IREMOTE_FAULTS,
        *CONNECTEDDRIVE_FAULTS,
        *MYGARAGE_FAULTS,
        *INVENTORY_FAULTS,
        *MYBMW_FAULTS,
    )
}
