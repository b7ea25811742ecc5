"""Sign in once: show BMW's link, wait until somebody approves, and write the tokens to a file.

The other examples renew that file by themselves. It lives for 14 days after its last use.
"""

import asyncio

from account import client_id, endpoints, token_file
from bimmerhub.bmw.cardata import SignIn
from bimmerhub.bmw.clock import SystemClock
from bimmerhub.bmw.http import open_session


async def main() -> None:
    async with open_session() as session:
        sign_in = SignIn(client_id=client_id(), endpoints=endpoints(), session=session, clock=SystemClock())
        code = await sign_in.start()
        print("Open and approve:", code.verification_uri_complete, flush=True)
        tokens = token_file()
        await tokens.save(await sign_in.wait())
        tokens.close()
    print("Signed in; the tokens are in", tokens.path)


if __name__ == "__main__":
    asyncio.run(main())
