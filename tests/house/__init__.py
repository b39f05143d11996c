"""Tests that keep the rules of the house."""
