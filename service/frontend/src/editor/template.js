// An empty process to start from: a pool with one lane for each performer, a start, one step and an end.

const LANE_HEIGHT = 180;
const WIDTH = 1200;
const LEFT = 160, TOP = 80, HEAD = 30;

const escape = (text) => text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }[sign]));

/** `Surat Masuk` -> `surat_masuk`: an id that a file may have. */
export function idFor(name) {
  const plain = name.normalize('NFD').replace(/[\u0300-\u036f]/g, '').toLowerCase().replace(/[^a-z0-9]+/g, '_').replace(/^_+|_+$/g, '').slice(0, 80);
  return /^[a-z]/.test(plain) ? plain : plain && `proses_${plain}`;
}

const shape = (id, x, y, width, height, extra = '') => `<bpmndi:BPMNShape id="${id}_di" bpmnElement="${id}"${extra}><dc:Bounds x="${x}" y="${y}" width="${width}" height="${height}" /></bpmndi:BPMNShape>`;
const edge = (id, ...points) => `<bpmndi:BPMNEdge id="${id}_di" bpmnElement="${id}">${points.map(([ x, y ]) => `<di:waypoint x="${x}" y="${y}" />`).join('')}</bpmndi:BPMNEdge>`;

/** BPMN of a new process; `lanes`: [{name, role}], at least one. */
export function template(id, name, lanes) {
  const middle = TOP + LANE_HEIGHT / 2;
  const nodes = [ 'mulai', 'langkah_1', 'waktu_langkah_1', 'selesai' ];
  const laneXml = lanes.map((lane, index) => `<bpmn:lane id="lajur_${index + 1}" name="${escape(lane.name)}"${lane.role ? ` sop:role="${escape(lane.role)}"` : ''}>${index ? '' : nodes.map((node) => `<bpmn:flowNodeRef>${node}</bpmn:flowNodeRef>`).join('')}</bpmn:lane>`);
  const laneShapes = lanes.map((_, index) => shape(`lajur_${index + 1}`, LEFT + HEAD, TOP + index * LANE_HEIGHT, WIDTH - HEAD, LANE_HEIGHT, ' isHorizontal="true"'));
  return `<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:sop="urn:alur:sop:1" id="definisi_${id}" targetNamespace="urn:alur:diagram">
<bpmn:collaboration id="kolaborasi"><bpmn:participant id="kolam" name="${escape(name)}" processRef="${id}" /></bpmn:collaboration>
<bpmn:process id="${id}" name="${escape(name)}" isExecutable="true">
<bpmn:extensionElements><sop:identity nama="${escape(name)}" /></bpmn:extensionElements>
<bpmn:laneSet id="lajur">${laneXml.join('')}</bpmn:laneSet>
<bpmn:startEvent id="mulai" name="Mulai"><bpmn:outgoing>f_mulai</bpmn:outgoing></bpmn:startEvent>
<bpmn:userTask id="langkah_1" name="Langkah pertama"><bpmn:extensionElements><sop:mutuBaku waktu="1 hari" /></bpmn:extensionElements><bpmn:incoming>f_mulai</bpmn:incoming><bpmn:outgoing>f_selesai</bpmn:outgoing></bpmn:userTask>
<bpmn:boundaryEvent id="waktu_langkah_1" name="1 hari" cancelActivity="false" attachedToRef="langkah_1"><bpmn:timerEventDefinition id="batas_langkah_1"><bpmn:timeDuration xsi:type="bpmn:tFormalExpression">P1D</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>
<bpmn:endEvent id="selesai" name="Selesai"><bpmn:incoming>f_selesai</bpmn:incoming></bpmn:endEvent>
<bpmn:sequenceFlow id="f_mulai" sourceRef="mulai" targetRef="langkah_1" /><bpmn:sequenceFlow id="f_selesai" sourceRef="langkah_1" targetRef="selesai" />
</bpmn:process>
<bpmndi:BPMNDiagram id="gambar"><bpmndi:BPMNPlane id="bidang" bpmnElement="kolaborasi">${shape('kolam', LEFT, TOP, WIDTH, LANE_HEIGHT * lanes.length, ' isHorizontal="true"')}${laneShapes.join('')}
${shape('mulai', 240, middle - 18, 36, 36)}${shape('langkah_1', 330, middle - 50, 180, 100)}${shape('waktu_langkah_1', 352, middle + 32, 36, 36)}${shape('selesai', 570, middle - 18, 36, 36)}
${edge('f_mulai', [ 276, middle ], [ 330, middle ])}${edge('f_selesai', [ 510, middle ], [ 570, middle ])}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</bpmn:definitions>
`;
}
