"""What tests share: real servers and browsers to run against."""
