import { Form } from '@bpmn-io/form-js-viewer'; window.F=Form
