"""CarData in the hub: one account's stream, its REST calls and the plan of them."""
