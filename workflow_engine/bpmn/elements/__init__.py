"""What each BPMN element does: SpiffWorkflow task specs of our own, one module per family."""
