"""The one way in which commands read: from the running hub, or from what is stored when none runs.

A command names what it wants (`public`), asks for it through the port (`port`) and prints the answer, which is the same
document from both adapters (`from_hub`, `from_store`); `hub_or_store` chooses between them.
"""
