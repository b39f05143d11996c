"""The only room that knows SpiffWorkflow: intake, lint, elements, runtime."""
