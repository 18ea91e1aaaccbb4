"""SIP as bytes and decisions, pure: one codec under the softphone and the phones of the lab.

`message` reads and writes datagrams, `digest` answers challenges, `sdp` describes audio, `dialog` numbers and addresses
what two parties say to each other, `transaction` decides what is sent again. Sockets, tasks and clocks are its users'.
What another host sent is hostile: reading it takes time in proportion to its length, and raises NotSip alone.
"""
