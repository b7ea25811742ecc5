"""The MyBMW app's sign-in in China: phone number, captcha, and an encrypted password or a text message."""
