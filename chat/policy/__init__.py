"""Who may read, write and moderate. The setting CHAT_POLICY names the class that decides."""

from .open import NotSignedIn, Open
from .recheck import recheck

__all__ = ["NotSignedIn", "Open", "recheck"]
