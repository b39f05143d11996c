"""What works beside the requests: the alarm clock, connectors for jobs, the outbox. All of it enters at the engine."""
