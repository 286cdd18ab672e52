import V from 'bpmn-js/lib/NavigatedViewer'; window.V=V
