"""Who may read, write and moderate. The setting CHAT_POLICY names the class that decides."""

from .open import NotSignedIn, Open
from .recheck import recheck
from .signed_tokens import SignedTokens
from .site_users import SiteUsers

__all__ = ["NotSignedIn", "Open", "SignedTokens", "SiteUsers", "recheck"]
