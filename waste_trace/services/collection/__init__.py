"""Small-waste platforms (小微收集平台): clients, requests, rounds, depots, settlement."""
