"""What is shown of an account: its sign-in and link, its calls, its checks, its containers at BMW."""
