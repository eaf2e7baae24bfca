{"name":"x","depends":[]}
