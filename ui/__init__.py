"""All that knows Streamlit or Plotly, except the pages."""
