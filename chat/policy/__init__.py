"""Who may read, write and moderate. The setting CHAT_POLICY names the class that decides."""

from .open import NotSignedIn, Open

__all__ = ["NotSignedIn", "Open"]
