"""What each event says beyond its header: one model a shape, one file a subject.

Fields are those of HJ 1259-2022 App. B (batch codes, facility, method) and of the transfer
manifest (转移管理办法 art. 11 to 18). Unknown fields are refused: what is signed is understood.
"""
