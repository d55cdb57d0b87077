"""Crosswalks that an organisation makes for itself, beside the public ones.

An organisation's crosswalk adds to the public one of the same two standards and never replaces it: `joining` says which
link counts where both speak of the very same refs. It is seen, and counts, in that organisation alone.

checking   what was sent as a crosswalk, held against both standards; every fault with its place. Pure
joining    public and own links as one list that counts nothing twice. Pure
matching   standards and refs as files of others name them, found among ours. Pure
"""
