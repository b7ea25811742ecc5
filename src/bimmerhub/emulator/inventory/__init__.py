"""The dealers' stock in the USA: used BMWs for whoever has the storefront's token, MINI's search, and the configurator.

Dealers and cars are fictitious.
"""
