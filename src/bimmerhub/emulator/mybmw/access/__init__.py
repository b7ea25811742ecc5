"""Who the MyBMW app's API lets in: app, region, quota, token, the sign-in of China; and how it refuses."""
