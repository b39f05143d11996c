"""Every rule of Open311 GeoReport v2 and of its service discovery that a server can be held to, in our words.

Written from the standard's text (wiki.open311.org: GeoReport_v2, Service_Discovery, JSON_and_XML_Conversion), not from
our server: ``validator.py`` asks a running server and notes under each rule what it saw.
"""

from __future__ import annotations

RULES = {
    # ---- service discovery
    "discovery.formats": "discovery.xml and discovery.json both exist",
    "discovery.fields": "changeset, contact, key_service and endpoints are there and not empty",
    "discovery.endpoint_fields": "each endpoint has specification, url, changeset, type and formats",
    "discovery.type": "an endpoint's type is production or test",
    "discovery.georeport": "one endpoint speaks http://wiki.open311.org/GeoReport_v2",
    "discovery.xml_required": "that endpoint's formats include text/xml",
    "discovery.url": "the service list stands under that endpoint's url",
    # ---- formats and encoding
    "format.xml_type": "XML is text/xml; charset=utf-8",
    "format.json_type": "JSON is application/json; charset=utf-8",
    "format.declaration": "XML begins with a declaration that says UTF-8",
    "format.utf8": "what is sent is UTF-8",
    "format.no_namespace": "XML has neither namespaces nor attributes",
    "format.spark": "JSON is what the Spark convention makes of the XML",
    "format.strict": "there are no elements but the standard's",
    "format.instants": "every date and time is a W3C date-time with its zone",
    # ---- GET service list
    "services.root": "services holds service elements",
    "services.fields": "each service has code, name, description, metadata, type, keywords and group",
    "services.metadata": "metadata is true or false",
    "services.type": "type is realtime, batch or blackbox",
    "services.unique": "no service_code stands twice",
    # ---- GET service definition
    "definition.root": "service_definition holds the service_code that was asked for, and attributes",
    "definition.metadata": "a service with metadata has attributes",
    "definition.fields": "each attribute has variable, code, datatype, required, datatype_description, order and text",
    "definition.flags": "variable and required are true or false",
    "definition.datatype": "datatype is string, number, datetime, text, singlevaluelist or multivaluelist",
    "definition.order": "order is a positive integer that no other attribute has",
    "definition.values": "a list has values, each with key and name; nothing else has",
    "definition.unknown": "an unknown service_code is 404",
    # ---- POST service request
    "post.no_key": "without api_key: 403",
    "post.wrong_key": "with a wrong api_key: 403",
    "post.no_service": "without service_code: 400",
    "post.unknown_service": "with an unknown service_code: 404",
    "post.no_location": "without lat and long, address_string or address_id: 400",
    "post.half_location": "with lat and without long: 400",
    "post.position": "lat and long are a location",
    "post.address": "address_string is a location",
    "post.required_attribute": "without a required attribute: 400",
    "post.wrong_value": "with a value that is not among a list's keys: 400",
    "post.several_values": "attribute[code][] takes several values of a multivaluelist",
    "post.long_description": "a description of more than 4,000 characters: 400",
    "post.longest_description": "a description of 4,000 characters with line breaks is taken",
    "post.answer": "the answer is one request with either service_request_id or token",
    "post.empty_is_absent": "an empty optional argument counts as not given",
    "post.seen": "what was posted is found under its id, text and place as they were sent",
    # ---- GET service_request_id from a token
    "token.unknown": "an unknown token is 404",
    "token.known": "a token gives the service_request_id and the token",
    # ---- GET service requests
    "requests.root": "service_requests holds request elements",
    "requests.fields": "each request has the fields that the standard lists",
    "requests.status": "status is open or closed",
    "requests.ids": "service_request_id takes several, parted by commas",
    "requests.ids_override": "service_request_id overrides all other arguments",
    "requests.codes": "service_code takes several, parted by commas, and leaves the others out",
    "requests.status_filter": "status leaves the others out; both may be named",
    "requests.dates": "start_date and end_date bound requested_datetime",
    "requests.span": "start_date and end_date more than 90 days apart: 400",
    "requests.bad_date": "a date that is none, or has no zone: 400",
    "requests.bad_status": "a status that is none: 400",
    "requests.default_span": "without dates nothing older than 90 days",
    "requests.limit": "never more than 1,000",
    "requests.description": "a description has at most 4,000 characters",
    "requests.position": "lat and long are degrees, both or neither",
    "requests.closed_at": "a request was not last changed before it was made",
    "requests.page": "page and page_size (extension) walk over all without a gap",
    "requests.service": "service_code and service_name are those of the service list",
    # ---- GET service request
    "request.same": "the single request is the one of the list",
    "request.unknown": "an unknown service_request_id is 404",
    # ---- errors and jurisdictions
    "errors.document": "an error is errors holding error elements of code and description",
    "errors.json": "in JSON an array of code and description",
    "errors.unknown_path": "an address that does not exist is 404",
    "errors.jurisdiction": "an unknown jurisdiction_id is 404",
    "errors.empty_jurisdiction": "an empty jurisdiction_id counts as not given",
}
