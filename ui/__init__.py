"""Everything that depends on Streamlit or Plotly, except the pages."""
