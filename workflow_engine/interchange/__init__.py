"""Pure converters between the outside's formats and plain values; no storage, no network, no clock."""
