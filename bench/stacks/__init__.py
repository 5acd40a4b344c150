"""The stacks that the benchmark measures: ours, and the alternatives to it."""

from .ancestor import Ancestor, AncestorNative
from .channels import Channels
from .many import Many
from .nchan import Nchan
from .ours import Ours

STACKS = {stack.name: stack for stack in (Ours, Many, Ancestor, AncestorNative, Channels, Nchan)}
