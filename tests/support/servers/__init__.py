"""Every web server and mode that latchkey runs behind: one class per mode, all with the interface of Front."""
import importlib
import pkgutil

from tests.support.servers.front import Front


def fronts():
    """Returns the classes of all modes, in the order of their modules and in them of their definitions."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    found, left = [], [Front]
    while left:
        one = left.pop(0)
        left += one.__subclasses__()
        if one.__module__.startswith(__name__) and one.__dict__.get("name"):
            found.append(one)
    return sorted(found, key=lambda one: (one.__module__ != f"{__name__}.nginx", one.__module__))
