"""My Garage, the owners' site of North America (mygarage.bmwusa.com, mygarage.miniusa.com), one module an answer.

What it tells is the truth of the owner's cars, and of one car that each owner has ordered.
"""
