// Knows which names in view belong to more than one person.
//
// who: the author's mark, or anything else that is the same for all messages of one person. show(item, isShared):
// called for each element of a message whose name becomes shared, or is no longer.
export function createNamesakes(show) {
  const people = new Map(); // by name: a Map from each person to the person's elements

  // Forms of a name that look alike are one name.
  function fold(name) {
    return name.normalize("NFKC").toLowerCase();
  }

  function add(item, from, who) {
    const name = fold(from);
    if (!people.has(name)) people.set(name, new Map());
    const bearers = people.get(name);
    const isNew = !bearers.has(who);
    if (isNew) bearers.set(who, new Set());
    bearers.get(who).add(item);
    if (isNew && bearers.size === 2) showAll(bearers, true);
    else show(item, bearers.size > 1);
  }

  function remove(item, from, who) {
    const name = fold(from);
    const bearers = people.get(name);
    bearers.get(who).delete(item);
    if (bearers.get(who).size > 0) return;
    bearers.delete(who);
    if (bearers.size === 1) showAll(bearers, false);
    if (bearers.size === 0) people.delete(name);
  }

  function showAll(bearers, isShared) {
    bearers.forEach((items) => items.forEach((item) => show(item, isShared)));
  }

  function isShared(from) {
    return people.get(fold(from))?.size > 1;
  }

  return { add, remove, isShared };
}
