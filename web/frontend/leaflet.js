// Maps over local GeoJSON; no tiles are fetched from anywhere.
export * from "leaflet/dist/leaflet-src.esm.js";
