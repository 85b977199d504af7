"""Generated and evil input against every operation of a real API process."""
