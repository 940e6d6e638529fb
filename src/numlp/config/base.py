"""What every config has: rules for its values."""

from dataclasses import dataclass, fields

from numlp.errors import require


@dataclass
class Checked:
    """A config with rules for its values. OmegaConf makes incomplete ones on the way, so the rules are not the constructor's."""

    def check(self) -> None:
        """Raise UserError for a value that breaks a rule."""

    def check_all(self) -> None:
        """Check the configs inside this one, then this one."""
        for item in fields(self):
            value = getattr(self, item.name)
            group = isinstance(item.type, type) and issubclass(item.type, Checked)
            require(not group or isinstance(value, Checked), item.name, "a config group with its keys", **{item.name: value})
            if isinstance(value, Checked):
                value.check_all()
        self.check()
