"""Providers of prices as local servers: the protocol of each, over real sockets."""
