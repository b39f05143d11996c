// Groups points that would lie on each other, for every zoom, out of memory.
export { default as Supercluster } from "supercluster";
