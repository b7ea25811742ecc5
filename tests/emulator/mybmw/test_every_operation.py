"""The emulator serves every operation that the SDK knows of the app's API."""

import re

from tests.emulator.mybmw.conftest import BEV, AppProgram

from bimmerhub.bmw.mybmw.operations import OPERATIONS


async def test_every_operation_is_served(app: AppProgram) -> None:
    missing = []
    for name, operation in OPERATIONS.items():
        path = re.sub(r"\{\w+\}", "0", operation.path.replace("{vin}", BEV))
        reply = await app.call(operation.method, path, vin=BEV)
        if reply.body in {"Not Found", "Method Not Allowed"} if isinstance(reply.body, str) else reply.status == 405:
            missing.append(name)
    assert missing == []
