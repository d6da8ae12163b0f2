"""修好 Xiuhao: the after-sales service platform of a manufacturer, its provinces, stations and dealers.

The regulation is executable: each clause of the rulebook is bound to the place in the code that enforces it.
The modules stand on a ladder, imports point down only (see docs/build): config > simulate > portal, insight >
ticket > contract > party, product > ui > kernel.
"""
