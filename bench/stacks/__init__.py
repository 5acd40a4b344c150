"""The stacks that are measured: ours, and what people would use instead."""

from .ancestor import Ancestor, AncestorNative
from .channels import Channels
from .nchan import Nchan
from .ours import Ours

STACKS = {stack.name: stack for stack in (Ours, Ancestor, AncestorNative, Channels, Nchan)}
